"""From contract to landed: milestones with evidence, what others can copy, and the public record."""
