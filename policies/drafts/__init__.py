"""Policy files on their way into the corpus: imported, split, corrected, published."""
