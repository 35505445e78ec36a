package daemon

// EventKind says what an [Event] tells.
type EventKind uint8

const (
	Message EventKind = iota // Text is a line of the log
	Start                    // Activity, of Type and below Parent, begins; Text describes it
	Stop                     // Activity ends
	Outcome                  // Activity reports something: Type says what, Fields what of it
)

// Event is what a daemon tells while it works. Texts are the daemon's own and
// may hold colours and other control characters.
type Event struct {
	Kind     EventKind
	Activity uint64 // chosen by the daemon, unique on one connection
	Parent   uint64 // 0 if there is none
	Level    Level
	Type     Type
	Text     string
	Fields   []Field
}

// LogLine returns the line if e is one that a builder printed.
func (e Event) LogLine() (line string, ok bool) {
	if e.Kind == Outcome && (e.Type == ResBuildLogLine || e.Type == ResPostBuildLogLine) && len(e.Fields) > 0 {
		return e.Fields[0].Text, e.Fields[0].IsText
	}
	return "", false
}

// Field is a number or a text that belongs to an activity or its result.
type Field struct {
	Number uint64
	Text   string
	IsText bool
}

// Level is how important a message is, and which of them are wanted.
type Level uint8

// The levels, by Nix's names.
const (
	LevelError Level = iota
	LevelWarn
	LevelNotice
	LevelInfo
	LevelTalkative
	LevelChatty
	LevelDebug
	LevelVomit
)

// Type is that of an activity, or that of a result. Nix adds types at times.
type Type uint64

// Types of activities.
const (
	ActUnknown       Type = 0
	ActCopyPath      Type = 100 // fields: path, from, to
	ActFileTransfer  Type = 101 // fields: URL
	ActRealise       Type = 102
	ActCopyPaths     Type = 103
	ActBuilds        Type = 104
	ActBuild         Type = 105 // fields: derivation, machine, round, rounds
	ActOptimiseStore Type = 106
	ActVerifyPaths   Type = 107
	ActSubstitute    Type = 108 // fields: path, from
	ActQueryPathInfo Type = 109 // fields: path, from
	ActPostBuildHook Type = 110 // fields: derivation
	ActBuildWaiting  Type = 111 // fields: derivation, path
	ActFetchTree     Type = 112
)

// Types of results.
const (
	ResFileLinked       Type = 100 // fields: bytes, blocks
	ResBuildLogLine     Type = 101 // fields: line
	ResUntrustedPath    Type = 102 // fields: path
	ResCorruptedPath    Type = 103 // fields: path
	ResSetPhase         Type = 104 // fields: phase
	ResProgress         Type = 105 // fields: done, expected, running, failed
	ResSetExpected      Type = 106 // fields: type of activity, expected
	ResPostBuildLogLine Type = 107 // fields: line
	ResFetchStatus      Type = 108 // fields: text
)
