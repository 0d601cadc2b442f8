// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ENQCMDS from ring 0: /dev/sva_ring0 takes a descriptor by write(2) and puts it into wq0.0 of the
 * first DSA with the PASID of the writing process, which has opened a queue before. It shows that
 * <sva/insn.h> is fit for a kernel module; it is no way to give users access.
 */
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

#include <sva/insn.h>

#define DSA        0x0b25
#define PORTAL_BAR 2
#define LIMITED    0x1000 /* wq0.0's limited portal, behind the unlimited one */
#define RETRIES    1000

static struct pci_dev *pdev;
static void __iomem *portal;

static ssize_t ring0_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	u32 desc[16] __aligned(64);

	if (len != sizeof(desc))
		return -EINVAL;
	if (copy_from_user(desc, buf, sizeof(desc)))
		return -EFAULT;
	if (!mm_valid_pasid(current->mm))
		return -ENODEV;
	desc[0] = mm_get_enqcmd_pasid(current->mm); /* and not privileged: bit 31 */
	sva_submit_barrier();
	for (int i = 0; i < RETRIES; i++) {
		if (!sva_enqcmds((void __force *)portal, desc))
			return len;
		usleep_range(50, 100);
	}
	return -EAGAIN;
}

static const struct file_operations ring0_fops = {
	.owner = THIS_MODULE,
	.write = ring0_write,
};

static struct miscdevice ring0_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "sva_ring0",
	.fops = &ring0_fops,
	.mode = 0600,
};

static int __init ring0_init(void)
{
	int error = -ENODEV;

	pdev = pci_get_device(PCI_VENDOR_ID_INTEL, DSA, NULL);
	if (pdev)
		portal = ioremap(pci_resource_start(pdev, PORTAL_BAR) + LIMITED, PAGE_SIZE);
	if (portal)
		error = misc_register(&ring0_device);
	if (error) {
		iounmap(portal);
		pci_dev_put(pdev);
	}
	return error;
}

static void __exit ring0_exit(void)
{
	misc_deregister(&ring0_device);
	iounmap(portal);
	pci_dev_put(pdev);
}

module_init(ring0_init);
module_exit(ring0_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("ENQCMDS from ring 0, for the tests of libsva");
