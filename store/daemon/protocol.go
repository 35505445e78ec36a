package daemon

import "fmt"

// The protocol's numbers.
const (
	clientMagic = 0x6e697863
	daemonMagic = 0x6478696f
	major       = 1
	oldest      = 34 // the minor version of Nix 2.8
	newest      = 38
)

// featureRealisationPath changes how realisations are written: by the path of
// their derivation and no more by its hash.
const featureRealisationPath = "realisation-with-path-not-hash"

// protocol is the language that both ends of a connection know.
type protocol struct {
	minor           int
	realisationPath bool
}

// String returns the version as Nix writes it, for example "1.38".
func (p protocol) String() string { return fmt.Sprintf("%d.%d", major, p.minor) }

// op is the number of an operation.
type op uint64

// The operations that daemons of version 1.34 and newer know, less obsolete ones.
const (
	opIsValidPath                 op = 1
	opQueryReferrers              op = 6
	opAddToStore                  op = 7
	opBuildPaths                  op = 9
	opEnsurePath                  op = 10
	opAddTempRoot                 op = 11
	opAddIndirectRoot             op = 12
	opSyncWithGC                  op = 13
	opFindRoots                   op = 14
	opSetOptions                  op = 19
	opCollectGarbage              op = 20
	opQueryAllValidPaths          op = 23
	opQueryPathInfo               op = 26
	opQueryPathFromHashPart       op = 29
	opQuerySubstitutablePathInfos op = 30
	opQueryValidPaths             op = 31
	opQuerySubstitutablePaths     op = 32
	opQueryValidDerivers          op = 33
	opOptimiseStore               op = 34
	opVerifyStore                 op = 35
	opBuildDerivation             op = 36
	opAddSignatures               op = 37
	opNarFromPath                 op = 38
	opAddToStoreNar               op = 39
	opQueryMissing                op = 40
	opQueryDerivationOutputMap    op = 41
	opRegisterDrvOutput           op = 42
	opQueryRealisation            op = 43
	opAddMultipleToStore          op = 44
	opBuildPathsWithResults       op = 46
	opAddPermRoot                 op = 47
)

// A message's number says what follows.
const (
	messageNext   = 0x6f6c6d67 // a line of the log
	messageRead   = 0x64617461 // the daemon wants bytes; in old requests only
	messageWrite  = 0x64617416 // the daemon sends bytes; in old requests only
	messageLast   = 0x616c7473 // the reply
	messageError  = 0x63787470
	messageStart  = 0x53545254 // an activity begins
	messageStop   = 0x53544f50 // an activity ends
	messageResult = 0x52534c54 // something of an activity
)
