"""Every figure of a policy as a fact: read from the text, confirmed by a person."""
