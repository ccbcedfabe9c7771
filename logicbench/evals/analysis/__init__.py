"""What a stored run says beyond its accuracy, with no model call: `logicbench analyze`."""
