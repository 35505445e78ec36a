let x = 1; s = { x = 2; y = 3; }; in
[ (with s; x + y) (with s; let y = 10; in x + y) (let inherit (s) x; in x) (rec { a = b + 1; b = x; inherit (s) y; z = y; }) ((x: { x ? 5 }: x) 1 { }) ]
