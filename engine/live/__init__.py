"""The machine in time. Start at `conductor`, where commands come in: `schedule` holds what is planned,
`history` what can be undone, `journal` what was played, `bank` the audio. `notices` are sentences for the musician."""
