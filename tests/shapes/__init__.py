"""The shapes of files that tools really write: what becomes of each, held against a recount of the raw file.

`files/` has a small file or folder a shape (invented content, the shape of a public one). `<name>.toml` lists them, a
`[[shape]]` each, and `recount_<name>.py` has a function for each `id` that counts straight from the raw file, without
any reader of ours. docs/conformance.md is written from the same lists.
"""
