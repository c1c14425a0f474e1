"""The contract of this family; it lives with the other seams."""

from handoff.powers import Leaning

__all__ = ["Leaning"]
