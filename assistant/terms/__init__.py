"""The glossary as operators edit it, laid over the words that come with the software."""
