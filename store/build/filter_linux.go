package build

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// abi is one of the ways in which programs call the kernel on a machine: the
// numbers of the calls that are not for builders.
type abi struct {
	arch  uint32 // AUDIT_ARCH_…
	modes []modeCall
	xattr [2]uint32 // the first and the last of those that read, list and set extended attributes
}

// modeCall is a call one of whose arguments is a file's mode.
type modeCall struct{ number, arg uint32 }

// xattrAt are the calls setxattrat, getxattrat and listxattrat, the same on all
// machines.
var xattrAt = [2]uint32{463, 465}

// abis are those of machines by Go's name for them. That of 32-bit programs on
// 64-bit machines comes second; x32 has the numbers of its machine with a bit set.
var abis = map[string][]abi{
	"amd64": {
		{unix.AUDIT_ARCH_X86_64, []modeCall{{90, 1}, {91, 1}, {268, 2}, {452, 2}}, [2]uint32{188, 196}},
		{unix.AUDIT_ARCH_I386, []modeCall{{15, 1}, {94, 1}, {306, 2}, {452, 2}}, [2]uint32{226, 234}},
	},
	"arm64": {
		{unix.AUDIT_ARCH_AARCH64, []modeCall{{52, 1}, {53, 2}, {452, 2}}, [2]uint32{5, 13}},
		{unix.AUDIT_ARCH_ARM, []modeCall{{15, 1}, {94, 1}, {333, 2}, {452, 2}}, [2]uint32{226, 234}},
	},
}

// x32 is the bit in the numbers of calls of x32 programs.
const x32 = 0x40000000

// Where struct seccomp_data has what a filter looks at.
const (
	offNumber = 0
	offArch   = 4
	offArgs   = 16 // eight bytes each, on our machines the low half first
)

const (
	allow    = unix.SECCOMP_RET_ALLOW
	denied   = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	notThere = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOTSUP)
)

// filterSystemCalls has the kernel refuse what would make files that no store
// object may be: set-user-ID and set-group-ID programs, and files with extended
// attributes, access control lists among them.
func filterSystemCalls() error {
	list, ok := abis[runtime.GOARCH]
	if !ok {
		return fmt.Errorf("there is no filter of system calls for %s: set filter-syscalls = false to build without", runtime.GOARCH)
	}
	program := filterProgram(list)
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&prog)), 0, 0)
	runtime.KeepAlive(program)
	if err != nil {
		return fmt.Errorf("filtering system calls: %w", err)
	}
	return nil
}

// filterProgram returns the filter: for each way to call the kernel a block that
// ends in an answer.
func filterProgram(list []abi) (program []unix.SockFilter) {
	for _, a := range list {
		block := a.block()
		program = append(program, load(offArch), skipUnless(unix.BPF_JEQ, a.arch, len(block)))
		program = append(program, block...)
	}
	return append(program, answer(unix.SECCOMP_RET_KILL_PROCESS))
}

// block refuses what is not for builders and allows all else.
func (a abi) block() (block []unix.SockFilter) {
	number := []unix.SockFilter{load(offNumber), {Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: ^uint32(x32)}}
	for _, calls := range [][2]uint32{a.xattr, xattrAt} {
		block = append(block, number...)
		block = append(block, skipUnless(unix.BPF_JGE, calls[0], 2), skipIf(unix.BPF_JGT, calls[1], 1), answer(notThere))
	}
	for _, call := range a.modes {
		block = append(block, number...)
		block = append(block, skipUnless(unix.BPF_JEQ, call.number, 3),
			load(offArgs+8*call.arg), skipUnless(unix.BPF_JSET, unix.S_ISUID|unix.S_ISGID, 1), answer(denied))
	}
	return append(block, answer(allow))
}

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

// skipUnless passes over n instructions if the comparison with k fails, skipIf if
// it holds.
func skipUnless(op uint16, k uint32, n int) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | op | unix.BPF_K, Jf: uint8(n), K: k}
}

func skipIf(op uint16, k uint32, n int) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | op | unix.BPF_K, Jt: uint8(n), K: k}
}

func answer(k uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k}
}
