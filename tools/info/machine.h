/* SPDX-License-Identifier: MIT */
/* What the machine says of itself: CPU, kernel, IOMMU, driver, and who asks. */
#ifndef INFO_MACHINE_H
#define INFO_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define FUNCTIONS 128 /* PCI functions that are looked at */

/* A fact, or that it cannot be told from here. */
enum known {
	UNKNOWN,
	NO,
	YES,
};

/* A PCI function that idxd drives. */
struct function {
	char address[16]; /* "0000:6a:01.0" */
	uint16_t device;  /* 0x0b25: DSA of the 4th generation */
	char driver[32];  /* "" for none */
};

struct machine {
	const char *root; /* below which sys, proc, dev, etc and boot are: "" for this machine */

	char cpu[96];
	unsigned int features; /* SVA_CPU_* */

	char release[80]; /* of the kernel: "6.12.74+deb13-amd64" */
	unsigned int version[3];
	char distribution[96]; /* "Debian GNU/Linux 13 (trixie)" */
	char family[32];       /* debian, fedora, suse, or "": who keeps kernel parameters where */
	bool debian;           /* itself, with its numbers of kernels */
	char parameters[2048]; /* of the kernel */

	enum known firmware; /* VT-d is enabled there */
	enum known iommu;    /* the kernel uses it */
	enum known scalable, pasid, page_requests;
	enum known scalable_on; /* by kernel parameter or by default */
	enum known svm;         /* CONFIG_INTEL_IDXD_SVM */

	bool driver;     /* idxd is loaded */
	char sva[8];     /* its parameter */
	bool iaa_crypto; /* is loaded */
	struct function function[FUNCTIONS];
	unsigned int functions;

	unsigned int uid;
	bool rawio; /* CAP_SYS_RAWIO, effective */
	bool initial_user_namespace;
	bool container;
	bool emulated; /* by sva-emu */
};

/* machine_look - fill it; @root as in struct machine */
void machine_look(struct machine *m, const char *root);

/* machine_is_at_least - of the kernel's version */
bool machine_is_at_least(const struct machine *m, unsigned int major, unsigned int minor);

/* machine_lacks_instruction - of SVA_CPU_*; false also where it cannot be told */
bool machine_lacks_instruction(const struct machine *m, unsigned int feature);

/* machine_lacks_sva - is it a kernel that is known to have SVA for user queues disabled? */
bool machine_lacks_sva(const struct machine *m);

/* machine_news - the n-th thing of interest that the kernel has; NULL: no more */
const char *machine_news(const struct machine *m, unsigned int n);

#endif
