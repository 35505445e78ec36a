package syntax

import (
	"encoding/binary"
	"errors"
	"unsafe"
)

// A tree as bytes is its tables as they lie in memory, with their lengths before
// them and the texts behind them: it is read where it lies, on machines like the
// one that wrote it.

const (
	headerWords  = 14
	headerBytes  = 4 * headerWords
	nodeBytes    = int(unsafe.Sizeof(Node{}))
	setBytes     = int(unsafe.Sizeof(SetInfo{}))
	fromBytes    = int(unsafe.Sizeof(FromInfo{}))
	bindingBytes = int(unsafe.Sizeof(Binding{}))
	lambdaBytes  = int(unsafe.Sizeof(LambdaInfo{}))
	formalBytes  = int(unsafe.Sizeof(Formal{}))
)

var errEncoded = errors.New("no encoded tree")

// AppendEncoded appends the tree as bytes. The result is only for Decode, in a program with the same types.
func (t *Tree) AppendEncoded(b []byte) []byte {
	names := 0
	for _, n := range t.Symbols.names {
		names += len(n)
	}
	bound := 0
	if t.Bound {
		bound = 1
	}
	for _, n := range []int{
		int(t.Root), bound, len(t.Nodes), len(t.Extra), len(t.Sets), len(t.Froms), len(t.Bindings), len(t.Lambdas), len(t.Formals),
		len(t.Symbols.names), names, len(t.side), len(t.src), headerWords,
	} {
		b = binary.NativeEndian.AppendUint32(b, uint32(n))
	}
	b = append(b, bytesOf(t.Nodes)...)
	b = append(b, bytesOf(t.Extra)...)
	b = append(b, bytesOf(t.Sets)...)
	b = append(b, bytesOf(t.Froms)...)
	b = append(b, bytesOf(t.Bindings)...)
	b = append(b, bytesOf(t.Lambdas)...)
	b = append(b, bytesOf(t.Formals)...)
	b = append(b, bytesOf(t.Symbols.hashes)...)
	end := uint32(0)
	for _, n := range t.Symbols.names {
		end += uint32(len(n))
		b = binary.NativeEndian.AppendUint32(b, end)
	}
	for _, n := range t.Symbols.names {
		b = append(b, n...)
	}
	return append(append(b, t.side...), t.src...)
}

// Decode returns the tree that AppendEncoded wrote. It refers to data, which
// must begin at a multiple of four and never change. The caller answers for the
// bytes: only their lengths are checked.
func Decode(data []byte) (*Tree, error) {
	if len(data) < headerBytes || uintptr(unsafe.Pointer(unsafe.SliceData(data)))%4 != 0 {
		return nil, errEncoded
	}
	head := take[uint32](&data, headerWords)
	size := 0
	for i, n := range []int{nodeBytes, 4, setBytes, fromBytes, bindingBytes, lambdaBytes, formalBytes, 8, 1, 1, 1} {
		size += n * int(head[2+i])
	}
	if head[headerWords-1] != headerWords || size != len(data) {
		return nil, errEncoded
	}
	t := &Tree{Root: ID(head[0]), Bound: head[1] == 1}
	t.Nodes = take[Node](&data, head[2])
	t.Extra = take[uint32](&data, head[3])
	t.Sets = take[SetInfo](&data, head[4])
	t.Froms = take[FromInfo](&data, head[5])
	t.Bindings = take[Binding](&data, head[6])
	t.Lambdas = take[LambdaInfo](&data, head[7])
	t.Formals = take[Formal](&data, head[8])
	t.Symbols.hashes = take[uint32](&data, head[9])
	ends := take[uint32](&data, head[9])
	names := unsafe.String(unsafe.SliceData(data), int(head[10]))
	data = data[head[10]:]
	t.Symbols.names = make([]string, len(ends))
	from := uint32(0)
	for i, end := range ends {
		if end < from || int(end) > len(names) {
			return nil, errEncoded
		}
		t.Symbols.names[i] = names[from:end]
		from = end
	}
	t.side = data[:head[11]:head[11]]
	data = data[head[11]:]
	t.src = unsafe.String(unsafe.SliceData(data), len(data))
	return t, nil
}

// take cuts n elements off the front of data.
func take[T any](data *[]byte, n uint32) []T {
	var zero T
	size := int(n) * int(unsafe.Sizeof(zero))
	list := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(*data))), n)
	*data = (*data)[size:]
	return list[:n:n]
}

func bytesOf[T any](list []T) []byte {
	var zero T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(list))), len(list)*int(unsafe.Sizeof(zero)))
}
