"""Faces: the only places that know a screen, a mailbox or a chart library. They draw reports and compute nothing."""
