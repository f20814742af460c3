/// (start of the module)
