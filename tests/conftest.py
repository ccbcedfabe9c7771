"""What holds for all tests."""

from hypothesis import settings

# Time limits on single examples fail on a busy machine and say nothing of the code.
settings.register_profile("logicbench", deadline=None)
settings.load_profile("logicbench")
