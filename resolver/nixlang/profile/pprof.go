package profile

import (
	"compress/gzip"
	"encoding/binary"
	"io"

	"devenv/resolver/nixlang/eval"
)

// Fields of profile.proto (https://github.com/google/pprof/blob/main/proto/profile.proto).
const (
	profileSampleType = 1
	profileSample     = 2
	profileLocation   = 4
	profileFunction   = 5
	profileString     = 6
	profileTime       = 9
	profileDuration   = 10

	typeType, typeUnit                                     = 1, 2
	sampleLocation, sampleValue                            = 1, 2
	locationID, locationLine                               = 1, 4
	lineFunction, lineLine, lineColumn                     = 1, 2, 3
	functionID, functionName, functionSystem, functionFile = 1, 2, 3, 4
	functionStart                                          = 5
)

// message is a message in protobuf's wire format.
type message []byte

func (m *message) number(field int, v int64) {
	*m = binary.AppendUvarint(binary.AppendUvarint(*m, uint64(field)<<3), uint64(v))
}

func (m *message) bytes(field int, v []byte) {
	*m = binary.AppendUvarint(binary.AppendUvarint(*m, uint64(field)<<3|2), uint64(len(v)))
	*m = append(*m, v...)
}

// packed writes a list of numbers.
func (m *message) packed(field int, list []int64) {
	var b []byte
	for _, v := range list {
		b = binary.AppendUvarint(b, uint64(v))
	}
	m.bytes(field, b)
}

// encoder numbers strings, functions and locations as it meets them.
type encoder struct {
	src       Source
	out       message
	strings   map[string]int64
	functions map[int]int64
	locations map[location]int64
}

// location is a line in a function: the function's own first one for the
// innermost call, else where it calls the next.
type location struct {
	function int
	at       eval.Pos
}

// WritePprof writes a profile that `go tool pprof` reads: samples and time.
func (r *Recorder) WritePprof(w io.Writer, src Source) error {
	e := &encoder{src: src, strings: map[string]int64{}, functions: map[int]int64{}, locations: map[location]int64{}}
	e.text("")
	e.sampleType("samples", "count")
	e.sampleType("time", "nanoseconds")
	for _, s := range r.order {
		e.sample(s)
	}
	e.out.number(profileTime, r.start.UnixNano())
	e.out.number(profileDuration, r.last.Sub(r.start).Nanoseconds())
	z := gzip.NewWriter(w)
	if _, err := z.Write(e.out); err != nil {
		return err
	}
	return z.Close()
}

func (e *encoder) sampleType(name, unit string) {
	var m message
	m.number(typeType, e.text(name))
	m.number(typeUnit, e.text(unit))
	e.out.bytes(profileSampleType, m)
}

func (e *encoder) sample(s *stack) {
	var m message
	ids := make([]int64, 0, len(s.calls)+1)
	var inner eval.Pos // where the call in question makes the next one
	for _, c := range s.calls {
		ids = append(ids, e.location(location{c.Function, inner}))
		inner = c.At
	}
	ids = append(ids, e.location(location{toplevel, inner}))
	m.packed(sampleLocation, ids)
	m.packed(sampleValue, []int64{s.count, s.spent.Nanoseconds()})
	e.out.bytes(profileSample, m)
}

// toplevel stands for what is outside of all functions.
const toplevel = -1

func (e *encoder) location(l location) int64 {
	id, known := e.locations[l]
	if known {
		return id
	}
	id = int64(len(e.locations) + 1)
	e.locations[l] = id
	at := e.src.Place(l.at)
	if at.File == "" && l.function != toplevel {
		_, at = e.src.Function(l.function)
	}
	var line, m message
	line.number(lineFunction, e.function(l.function))
	line.number(lineLine, int64(at.Line))
	line.number(lineColumn, int64(at.Column))
	m.number(locationID, id)
	m.bytes(locationLine, line)
	e.out.bytes(profileLocation, m)
	return id
}

func (e *encoder) function(number int) int64 {
	id, known := e.functions[number]
	if known {
		return id
	}
	id = int64(len(e.functions) + 1)
	e.functions[number] = id
	name, at := "toplevel", eval.Place{}
	if number != toplevel {
		name, at = e.src.Function(number)
	}
	var m message
	m.number(functionID, id)
	m.number(functionName, e.text(shown(name, at)))
	m.number(functionSystem, e.text(name))
	m.number(functionFile, e.text(at.File))
	m.number(functionStart, int64(at.Line))
	e.out.bytes(profileFunction, m)
	return id
}

// text numbers a string.
func (e *encoder) text(s string) int64 {
	id, known := e.strings[s]
	if !known {
		id = int64(len(e.strings))
		e.strings[s] = id
		e.out.bytes(profileString, []byte(s))
	}
	return id
}
