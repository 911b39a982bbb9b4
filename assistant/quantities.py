"""The reader of amounts that the policies have."""

from policies.quantities import Quantity, quantities, value_of

__all__ = ["Quantity", "quantities", "value_of"]
