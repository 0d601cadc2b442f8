// SPDX-License-Identifier: MIT
//! libsva from Rust: bindings.rs is bindgen's, from the C headers; see ../README.md. Without crates.
//!
//!     ./copy [QUEUE|pool]
#![allow(clippy::missing_safety_doc)]

#[allow(dead_code, non_camel_case_types, non_upper_case_globals, deref_nullptr, clippy::all)]
mod ffi {
    include!(env!("SVA_BINDINGS"));
}

use std::ffi::{CStr, CString};
use std::{fmt, mem, ptr};

/// An error number, and the library's words for it.
#[derive(Debug)]
pub struct Error(i32);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", text(unsafe { ffi::sva_strerror(self.0) }))
    }
}

impl std::error::Error for Error {}

fn check(result: i32) -> Result<i32, Error> {
    if result < 0 {
        Err(Error(result))
    } else {
        Ok(result)
    }
}

fn text(s: *const std::os::raw::c_char) -> String {
    unsafe { CStr::from_ptr(s) }.to_string_lossy().into_owned()
}

/// What a call has done, and why.
pub struct Outcome(ffi::sva_outcome);

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let mut buffer = [0; 400];
        unsafe { ffi::sva_outcome_explain(&self.0, buffer.as_mut_ptr(), buffer.len() as _) };
        write!(f, "{}", text(buffer.as_ptr()))
    }
}

/// A queue of a device, a pool, or the CPU. Any number of threads may use it.
pub struct Queue(*mut ffi::sva_wq);

unsafe impl Send for Queue {}
unsafe impl Sync for Queue {}

impl Queue {
    pub fn open(name: Option<&str>) -> Result<Queue, Error> {
        let mut wq = ptr::null_mut();
        let name = name.map(|n| CString::new(n).expect("a name without NUL"));
        let name = name.as_ref().map_or(ptr::null(), |n| n.as_ptr());
        check(unsafe { ffi::sva_wq_open(&mut wq, name, ptr::null()) })?;
        Ok(Queue(wq))
    }

    pub fn pool() -> Result<Queue, Error> {
        let mut wq = ptr::null_mut();
        check(unsafe { ffi::sva_pool_open(&mut wq, ptr::null()) })?;
        Ok(Queue(wq))
    }

    pub fn why(&self) -> String {
        text(unsafe { ffi::sva_wq_why(self.0) })
    }

    /// Calls are synchronous: the device has the slices no longer than the borrow lasts.
    pub fn copy(&self, dst: &mut [u8], src: &[u8]) -> Result<Outcome, Error> {
        assert_eq!(dst.len(), src.len());
        let mut o: ffi::sva_outcome = unsafe { mem::zeroed() };
        o.size = mem::size_of_val(&o) as _;
        let (to, from) = (dst.as_mut_ptr() as _, src.as_ptr() as _);
        check(unsafe { ffi::sva_memcpy(self.0, to, from, src.len() as _, &mut o) })?;
        Ok(Outcome(o))
    }

    pub fn crc32c(&self, data: &[u8]) -> Result<u32, Error> {
        let (mut crc, from) = (0, data.as_ptr() as _);
        check(unsafe { ffi::sva_crc32c(self.0, from, data.len() as _, &mut crc, ptr::null_mut()) })?;
        Ok(crc)
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        unsafe { ffi::sva_wq_close(self.0) };
    }
}

/// An operation by hand: it stays in place until it has ended. sva_op is aligned as it must be.
fn fill(queue: &Queue, dst: &mut [u8]) -> Result<u32, Error> {
    let mut op: Box<ffi::sva_op> = Box::new(unsafe { mem::zeroed() });
    unsafe {
        ffi::sva_prep_fill(&mut op.desc, dst.as_mut_ptr() as _, 0, dst.len() as _, 0);
        check(ffi::sva_submit(queue.0, &mut *op))?;
        Ok(check(ffi::sva_wait(&mut *op, -1, ffi::SVA_WAIT_AUTO))? as u32)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1);
    let queue = match name.as_deref() {
        Some("pool") => Queue::pool()?,
        name => Queue::open(name)?,
    };
    let src: Vec<u8> = (0..1 << 20).map(|i| (i * 7) as u8).collect();
    let mut dst = vec![0; src.len()];

    let outcome = queue.copy(&mut dst, &src)?;
    assert_eq!(dst, src);
    println!("{}\n{}", queue.why(), outcome);
    println!("CRC32C {:08x}", queue.crc32c(b"123456789")?);
    let status = fill(&queue, &mut dst[..65536])?;
    println!("fill: {}", text(unsafe { ffi::sva_status_name(status) }));
    assert!(status == ffi::SVA_STATUS_SUCCESS && dst[..65536].iter().all(|&b| b == 0));
    Ok(())
}
