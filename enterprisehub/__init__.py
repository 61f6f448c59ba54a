"""EnterpriseHub: coaching for real-estate agents while they talk with a prospect."""

import os

# Before numpy is loaded: the matrices of one message are small, and threads that wait for each other over them would
# take both processors from everybody else.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
