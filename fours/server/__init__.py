"""What keeps FourS running: the embedded database, the environment of a command, the supervisor."""
