"""The numbers by which people, companies and things are known, each checked on the way in.

Every module has `parse(text)`, which returns the number in its one spelling or raises a `Problem`
that says what is wrong with it and never repeats it.
"""
