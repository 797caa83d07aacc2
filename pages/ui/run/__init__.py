"""What shows and steers one run."""
