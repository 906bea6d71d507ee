"""What the product knows: frozen values over the standard library, nothing else."""
