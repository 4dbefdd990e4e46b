"""The command line: parse, call one workflow, show. Heavy imports happen inside the commands."""
