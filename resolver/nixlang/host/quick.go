package host

import (
	"syscall"
)

// readQuick reads a regular file that still has its size, or not at all. An
// os.File would cost five system calls more, to be told that files cannot be
// waited for.
func readQuick(disk string, size int64) ([]byte, bool) {
	fd, err := again(func() (int, error) {
		return syscall.Open(disk, syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	})
	if err != nil {
		return nil, false
	}
	defer syscall.Close(fd)
	var st syscall.Stat_t
	if syscall.Fstat(fd, &st) != nil || uint32(st.Mode)&syscall.S_IFMT != syscall.S_IFREG {
		return nil, false
	}
	data := make([]byte, size+1)
	for n := 0; n < len(data); {
		k, err := again(func() (int, error) { return syscall.Read(fd, data[n:]) })
		if err != nil {
			return nil, false
		}
		if n += k; k == 0 {
			return data[:n:n], int64(n) == size
		}
	}
	return nil, false
}

// again calls f again as long as a signal interrupts it.
func again(f func() (int, error)) (n int, err error) {
	for {
		if n, err = f(); err != syscall.EINTR {
			return n, err
		}
	}
}
