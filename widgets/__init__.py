"""Drawing: widgets that know Textual and nothing of this product."""
