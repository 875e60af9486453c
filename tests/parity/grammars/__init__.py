"""Requests as clients send them and as parsers get them wrong, for hypothesis."""
