package storetest

import (
	"testing"

	"manniskohandel.se/casestat/pkg/store"
)

// Records proves everything that the interfaces of pkg/intake, pkg/membership,
// pkg/desk and pkg/release promise of what came in. fresh says where an empty store is, another one each
// time.
func Records(t *testing.T, fresh func(t testing.TB) store.Config) {
	for _, promise := range []struct {
		name string
		keep func(t *testing.T, c store.Config)
	}{
		{"a saved version is its record's head", savedIsHead},
		{"a correction moves the former version to the history", correctionKeepsHistory},
		{"a version must follow the current one", versionMustFollow},
		{"ids must be canonical", idsMustBeCanonical},
		{"any number of records in one transaction", anyNumber},
		{"a list goes through one organisation in order", listPages},
		{"TestT3_UniquenessIsPerOrganisation", uniquePerOrganisation},
		{"a withdrawal leaves the tombstone alone", withdrawalLeavesTombstone},
		{"nothing of a failed transaction is left", failureLeavesNothing},
		{"nothing of a cancelled transaction is left", cancelLeavesNothing},
		{"nothing of a panicking transaction is left", panicLeavesNothing},
		{"readers see only what is committed", readersSeeCommitted},
		{"transactions run one after another", transactionsQueue},
		{"membership is kept as it was given", membershipRoundTrip},
		{"a client needs its organisation", clientNeedsOrganisation},
		{"periods are shown to every consumer", periodsEverywhere},
		{"a scan shows closed periods, or one's own", scanScopes},
		{"a scan stops when its consumer does", scanStops},
		{"two closed years are read with their organisations told apart", scanPair},
		{"TestT39_TheLedgerGrowsWithTheDeeds", ledgerGrows},
		{"TestT39_AuditOrRefuse", auditOrRefuse},
		{"TestT39_TheLedgerRefusesChange", ledgerRefusesChange},
		{"TestT39_TamperingIsFound", tamperingIsFound},
		{"TestT39_ABrokenHeadIsNotWrittenOn", brokenHeadRefuses},
		{"drafts are kept as they were given", draftRoundTrip},
		{"what belongs to a draft is replaced as a whole", artefactsRoundTrip},
		{"an unknown draft", unknownDrafts},
		{"a published draft is never changed again", publishedIsFixed},
		{"TestT39_NoDraftWithoutAnEntry", draftsNeedTheLedger},
		{"TestT35_AWithdrawalTakesWhatDraftsWereComputedFrom", withdrawalForgets},
		{"TestT35_AlsoInTheYearsWhereTheRecordWas", formerYearsAreForgotten},
		{"TestT35_AnErasedYearTakesWhatDraftsWereComputedFrom", erasedYearIsForgotten},
		{"TestT35_AFailedWithdrawalForgetsNothing", aFailedWithdrawalForgetsNothing},
		{"TestT35_WhatWasSealedBeforeGoesWithAnyRecord", earlierSnapshotsGoWithAnyRecord},
		{"TestT35_AnUnreadableDraftKeepsNoRecord", anUnreadableDraftKeepsNoRecord},
		{"TestT35_AReleaseForgetsAndNoMore", releasesForgetAndNoMore},
		{"no member comes while a plan is held against the members", membersHold},
		{"requests are a queue", requestRoundTrip},
		{"a snapshot is of closed years", snapshotOfClosedYears},
		{"a snapshot tells nothing of the order of coming", snapshotHidesTheOrder},
		{"a snapshot stops when its consumer does", snapshotStops},
		{"what a closed store answers", closedStore},
		{"a database too old or too new is refused", versionsRefused},
	} {
		t.Run(promise.name, func(t *testing.T) { promise.keep(t, fresh(t)) })
	}
}
