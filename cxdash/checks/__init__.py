"""Quality rules as Great Expectations expectations, one module per theme, and the adapter that runs them.

`contract`, `rows` and `states` say what must hold; `engine` validates the first two in the warehouse. Only
`engine` and `engine_expectations` import Great Expectations (seconds and 250 MB), so they are imported by the
refresh when it audits and by nobody else.
"""
