"""Reports that were published: the list, each at its permanent address, and publishing one."""
