"""What is promised of real processes and real bytes, tried: `python -m benchmarks.endurance`.

Each part does what a bad day does (kill, fill the disk, hold a lock, break a file, send a giant) as often as
`docs/reliability.md` says, and counts what did not hold. Nothing here is a timing but the rate of saves, which is a share
of what the same machine does without this program.
"""
