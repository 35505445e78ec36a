package notation

import (
	"math"
	"math/big"
	"math/bits"
	"sync"
)

// The C++ library by which Nix writes JSON chooses digits by Grisu2 ("Printing
// Floating-Point Numbers Quickly and Accurately with Integers", Loitsch 2010):
// they always read as the same number, and once in some hundred times are not
// the shortest or the nearest ones. What follows chooses the same.

// scaled is the number f·2^e.
type scaled struct {
	f uint64
	e int
}

// times returns the product, rounded to 64 bits.
func (a scaled) times(b scaled) scaled {
	hi, lo := bits.Mul64(a.f, b.f)
	return scaled{hi + lo>>63, a.e + b.e + 64}
}

// normal returns a with its highest bit set.
func (a scaled) normal() scaled {
	n := bits.LeadingZeros64(a.f)
	return scaled{a.f << n, a.e - n}
}

// grisu2 returns the decimal digits of f, which is positive and finite, and the
// exponent of ten that they are to be multiplied with.
func grisu2(f float64) (digits []byte, exponent int) {
	low, v, high := neighbourhood(f)
	power := powerFor(high.e)
	c := scaled{power.f, power.e}
	v, low, high = v.times(c), low.times(c), high.times(c)
	low.f++ // products are off by up to one: stay inside
	high.f--
	return digitsBetween(low, v, high, -power.k)
}

// neighbourhood returns f and the ends of the interval of what reads as f, all
// with the exponent of its upper end.
func neighbourhood(f float64) (low, v, high scaled) {
	const fraction = 52
	b := math.Float64bits(f)
	mantissa, exponent := b&(1<<fraction-1), int(b>>fraction)
	v = scaled{mantissa, 1 - 1075}
	if exponent > 0 {
		v = scaled{mantissa | 1<<fraction, exponent - 1075}
	}
	high = scaled{2*v.f + 1, v.e - 1}.normal()
	low = scaled{2*v.f - 1, v.e - 1}
	if mantissa == 0 && exponent > 1 { // a power of two: the next smaller is nearer
		low = scaled{4*v.f - 1, v.e - 2}
	}
	return scaled{low.f << (low.e - high.e), high.e}, v.normal(), high
}

// power is an approximation of 10^k, with f normal.
type power struct {
	scaled
	k int
}

const (
	firstPower = -300
	powerStep  = 8
	powerCount = 79
)

var powers = sync.OnceValue(func() (list [powerCount]power) {
	for i := range list {
		k := firstPower + i*powerStep
		ten := new(big.Float).SetPrec(2000).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(k, -k))), nil))
		if k < 0 {
			ten.Quo(big.NewFloat(1).SetPrec(2000), ten)
		}
		ten.SetPrec(64)
		exponent := ten.MantExp(nil) - 64
		f, _ := new(big.Float).SetMantExp(ten, -exponent).Uint64()
		list[i] = power{scaled{f, exponent}, k}
	}
	return list
})

// powerFor returns the power that brings a number of the binary exponent e to
// one from -60 to -32.
func powerFor(e int) power {
	const lowest = -60
	distance := lowest - e - 1
	k := distance * 78913 / (1 << 18) // log10 of 2
	if distance > 0 {
		k++
	}
	list := powers()
	return list[(-firstPower+k+powerStep-1)/powerStep]
}

// digitsBetween returns digits, and their exponent, of a number that is between
// low and high, and near v if there is a choice; the three have one exponent.
func digitsBetween(low, v, high scaled, exponent int) ([]byte, int) {
	width, distance := high.f-low.f, high.f-v.f
	shift := -high.e
	mask := uint64(1)<<shift - 1
	whole, rest := high.f>>shift, high.f&mask

	digits := make([]byte, 0, 17)
	ten, n := uint64(1), 1 // the place of the digit, and how many are left
	for whole/ten >= 10 {
		ten, n = ten*10, n+1
	}
	for ; n > 0; ten /= 10 {
		digits = append(digits, byte('0'+whole/ten))
		whole %= ten
		n--
		if left := whole<<shift + rest; left <= width {
			lowerLast(digits, distance, width, left, ten<<shift)
			return digits, exponent + n
		}
	}
	for {
		rest, width, distance = rest*10, width*10, distance*10
		digits = append(digits, byte('0'+rest>>shift))
		rest &= mask
		exponent--
		if rest <= width {
			lowerLast(digits, distance, width, rest, mask+1)
			return digits, exponent
		}
	}
}

// lowerLast lowers the last digit, which is worth unit, as long as the number
// comes nearer to the one at distance below the upper end; left is how far below
// that end it is, and it stays within width.
func lowerLast(digits []byte, distance, width, left, unit uint64) {
	for left < distance && width-left >= unit && (left+unit < distance || distance-left > left+unit-distance) {
		digits[len(digits)-1]--
		left += unit
	}
}
