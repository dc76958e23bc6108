"""How fast and how large, in ratios against a limit or a peer measured in the same run. Run by hand: `run.py benchmark`."""
