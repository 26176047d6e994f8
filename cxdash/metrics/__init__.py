"""The catalogue of metrics: facts they are computed from, and one module per metric."""
