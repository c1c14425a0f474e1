"""The lab's AWS: ministack, and before it in the same process a gateway that answers what ministack lacks.

See docs/lab-aws.md.
"""
