/* SPDX-License-Identifier: MIT */
/* A program that is linked to library.c. */
int early(void);

int main(void)
{
	return !early();
}
