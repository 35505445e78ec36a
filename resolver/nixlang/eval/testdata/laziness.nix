let boom = throw "evaluated"; f = { a, b ? boom, ... }@all: a; in
[ (builtins.length [ boom boom ]) (f { a = 1; c = boom; }) ({ x = boom; y = 2; }).y (true || boom) (builtins.head [ 3 boom ]) ]
