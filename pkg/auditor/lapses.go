package auditor

// lapses are what a verifier could forget. Nothing sets them but tests, which
// show of each that something unsafe would be taken if Verify forgot it; the
// zero value forgets nothing.
type lapses struct {
	view          string // a view that is not looked at
	threshold     int    // by how much thresholds are too low
	zeros         bool   // zeros are taken for harmless
	differences   bool   // complements and nested differences are not looked at
	outsiders     bool   // nor those whom panels leave out
	newcomers     bool   // nor those who came and went between releases
	history       bool   // earlier releases are forgotten
	values        bool   // what is published is not compared with the records
	viewpoints    bool   // views may be missing
	witnesses     bool   // witnesses are not checked
	bans          bool   // or may be records that cannot be
	negatives     bool   // or take away who is not there
	changes       bool   // or change what is shown
	goals         bool   // or miss their goals
	surplus       bool   // or prove nothing that was asked
	organisations bool   // counts of one organisation may be shown
	sums          bool   // and sums that tell about one contributor
}
