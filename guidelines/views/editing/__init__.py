"""The pages of an editor: which drafts there are, what one holds, and a form for each of its entries."""
