package main

// commandLine is the grammar of the command line: a field a command.
type commandLine struct {
	Serve   serveCommand   `cmd:"" help:"Serve the API."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to the version this program expects."`
	Demo    demoCommand    `cmd:"" help:"Play five invented organisations against a service of their own, and keep serving."`
	Import  importCommand  `cmd:"" help:"Submit a file of records (NDJSON or CSV) to a running service."`

	Keys struct {
		Init           keysInitCommand           `cmd:"" help:"Make the keys of a new installation."`
		Rotate         keysRotateCommand         `cmd:"" help:"Sign tokens with a new key from now on."`
		Show           keysShowCommand           `cmd:"" help:"List the token keys, without their private parts."`
		RotateReleases keysRotateReleasesCommand `cmd:"" name:"rotate-releases" help:"Sign releases with a new key from now on."`
		ShowReleases   keysShowReleasesCommand   `cmd:"" name:"show-releases" help:"List the keys that sign releases, and from which release on."`
		Expire         keysExpireCommand         `cmd:"" help:"Destroy the backup keys that are over their days, and list the others."`
	} `cmd:"" help:"Manage the service's keys."`

	Client struct {
		Bootstrap bootstrapCommand    `cmd:"" help:"Found the platform: make the first coordinator, on an empty database only."`
		Create    clientCreateCommand `cmd:"" help:"Make a client and write its credentials to a file."`
		List      clientListCommand   `cmd:"" help:"List the clients."`
		Revoke    clientRevokeCommand `cmd:"" help:"End a client for good."`
		Rotate    clientRotateCommand `cmd:"" help:"Give a client a new secret and write its credentials to a file."`
	} `cmd:"" help:"Manage clients."`

	Organisation struct {
		Create organisationCreateCommand `cmd:"" help:"Make a member organisation."`
		List   organisationListCommand   `cmd:"" help:"List the organisations."`
	} `cmd:"" help:"Manage organisations."`

	Period struct {
		List    periodListCommand    `cmd:"" help:"List the reporting years."`
		Open    periodOpenCommand    `cmd:"" help:"Open a reporting year."`
		Close   periodCloseCommand   `cmd:"" help:"Close a reporting year, or end its correction."`
		Correct periodCorrectCommand `cmd:"" help:"Take records into a closed year again, until it is closed again."`
	} `cmd:"" help:"Manage reporting years."`

	Release releaseCommands `cmd:"" help:"Plan, protect, review, publish and read releases."`

	Verify struct {
		Release verifyReleaseCommand `cmd:"" help:"Prove a release again, from its bytes and the public key."`
		Ledger  verifyLedgerCommand  `cmd:"" help:"Prove that nothing in the ledger was changed."`
	} `cmd:"" help:"Check what the service claims."`

	Audit struct {
		Cases  auditCasesCommand  `cmd:"" help:"Give the cases of a file their verdicts, and compare with those that it names."`
		Bounds auditBoundsCommand `cmd:"" help:"Compute what an outsider can from tables with withheld cells, and compare with the intervals in a file."`
	} `cmd:"" help:"Check the auditor against published cases."`

	Protect struct {
		Cases protectCasesCommand `cmd:"" help:"Protect the tables of a file and count what is withheld."`
	} `cmd:"" help:"Check the protector against published cases."`

	Attack attackCommand `cmd:"" help:"Attack a service of your own as eighteen adversaries would."`

	Backup  backupCommand  `cmd:"" help:"Copy the database beside the running service, into one sealed file."`
	Restore restoreCommand `cmd:"" help:"Put a backup into an empty place, and prove that it is what was copied."`

	Register registerCommand `cmd:"" help:"Print what is held, of whom, what for and how long: the register that data protection law asks for."`

	Version versionCommand `cmd:"" help:"Print the version."`
}
