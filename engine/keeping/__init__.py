"""What was made live, kept on disk: kits with their edits, and sets. Start with `keeper`; a process of its own,
`writer`, does the writing."""
