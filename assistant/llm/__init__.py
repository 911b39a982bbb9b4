"""A language model may word the answer: claims with quotes, each shown only once it is verified."""
