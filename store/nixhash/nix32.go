package nixhash

import "fmt"

// nix32Digits are the digits of Nix's base 32, from 0 to 31.
const nix32Digits = "0123456789abcdfghijklmnpqrsvwxyz"

// notDigit marks in nix32Values the bytes that are no digits.
const notDigit = 0xff

// nix32Values maps a byte to the value of the digit that it is.
var nix32Values = func() (values [256]byte) {
	for i := range values {
		values[i] = notDigit
	}
	for i := range len(nix32Digits) {
		values[nix32Digits[i]] = byte(i)
	}
	return values
}()

// nix32Len returns the number of digits that n bytes are written with.
func nix32Len(n int) int { return (n*8 + 4) / 5 }

// EncodeNix32 writes data in Nix's base 32: five bits a digit, the data read as
// a little-endian number whose most significant digit comes first.
func EncodeNix32(data []byte) string {
	text := make([]byte, nix32Len(len(data)))
	for n := range text {
		i, shift := n*5/8, n*5%8
		bits := uint(data[i]) >> shift
		if i+1 < len(data) {
			bits |= uint(data[i+1]) << (8 - shift)
		}
		text[len(text)-1-n] = nix32Digits[bits&31]
	}
	return string(text)
}

// DecodeNix32 reads what [EncodeNix32] writes and nothing else: a length that
// no number of bytes has, a character that is no digit, and bits beyond the
// last byte are errors.
func DecodeNix32(text string) ([]byte, error) {
	data := make([]byte, len(text)*5/8)
	if nix32Len(len(data)) != len(text) {
		return nil, fmt.Errorf("nix32 text of %d digits: no number of bytes is that long", len(text))
	}
	for n := range len(text) {
		at := len(text) - 1 - n
		digit := nix32Values[text[at]]
		if digit == notDigit {
			return nil, fmt.Errorf("character %q at %d is not a nix32 digit (0-9 and a-z without e, o, t, u)", text[at], at)
		}
		i, shift := n*5/8, n*5%8
		bits := uint(digit) << shift
		data[i] |= byte(bits)
		if high := byte(bits >> 8); i+1 < len(data) {
			data[i+1] |= high
		} else if high != 0 {
			return nil, fmt.Errorf("nix32 text %q has bits beyond its %d bytes: its first digit is too large", text, len(data))
		}
	}
	return data, nil
}
