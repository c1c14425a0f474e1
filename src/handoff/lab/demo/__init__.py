"""The whole life of an engagement on the lab, narrated: real commands on real parts, and a page that shows what happened."""
