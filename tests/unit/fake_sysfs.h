/* SPDX-License-Identifier: MIT */
/*
 * A fake machine for tests: sysfs and device nodes as plain files in a temporary directory, with
 * the values of a fourth-generation Xeon (SPR).
 */
#ifndef FAKE_SYSFS_H
#define FAKE_SYSFS_H

struct fake_tree;

/* fake_tree_new - an empty bus; fake_tree_free removes it all */
struct fake_tree *fake_tree_new(void);
void fake_tree_free(struct fake_tree *tree);

/* fake_tree_use - point LIBSVA_SYSFS_PATH and LIBSVA_DEV_PATH at it */
void fake_tree_use(const struct fake_tree *tree);

/* fake_tree_path - the directory, with sys and dev in it */
const char *fake_tree_path(const struct fake_tree *tree);

/* fake_device - "dsa0" or "iax1", enabled; fake_wq - "wq0.0" of it, an enabled user queue */
void fake_device(const struct fake_tree *tree, const char *name);
void fake_wq(const struct fake_tree *tree, const char *name, const char *mode);

/* fake_attr - write an attribute; value NULL: remove it */
void fake_attr(const struct fake_tree *tree, const char *object, const char *attr,
	       const char *value);

/* fake_node - a file in place of a char device: "dsa/wq0.0" */
void fake_node(const struct fake_tree *tree, const char *name);

/* fake_remove - a queue is gone from sysfs */
void fake_remove(const struct fake_tree *tree, const char *wq);

/* fake_distance - a NUMA node, and how far it is from each that there is: "10 21" */
void fake_distance(const struct fake_tree *tree, int node, const char *distances);

/* fake_file - what sysfs has about the n-th open file of a queue: an attribute of it */
void fake_file(const struct fake_tree *tree, const char *wq, int n, const char *attr,
	       const char *value);

/* For cmocka_unit_test_setup_teardown(): an empty bus that is used. */
int fake_tree_setup(void **state);
int fake_tree_teardown(void **state);

/* discover_fake - what sva_topology_discover() finds; fails the test on an error */
struct sva_topology *discover_fake(void);

#endif
