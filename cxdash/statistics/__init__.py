"""Statistics on aggregate state: pure functions from arrays of counts and sums to estimates and their uncertainty.

Why a package of its own: every number cxdash shows carries an interval, and every comparison a test, and both must be
the same on a screen, in a mail and in a document. So they are computed once, here, from mergeable integer state, by
functions that know nothing of tables, dates or settings.

Rules that hold for every module:

* Arrays in, arrays out, broadcast over cells. Where a quantity has an inner axis (days, channels, segments, buckets,
  categories) it is the last one.
* A question that has no answer (nobody answered, nobody at risk, one observation and a standard error wanted) is NaN,
  never an infinity, never a warning, never a made-up zero. Callers turn NaN into null.
* NPS and proportions are on the unit scale (-1..1, 0..1); multiply by 100 for display. Exceptions say so.
* Intervals are two-sided 95 % unless a `z` or `level` says otherwise.
"""
