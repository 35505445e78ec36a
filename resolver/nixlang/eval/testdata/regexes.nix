[ (builtins.match "([a-z]+)-([0-9.]+)" "abc-1.2") (builtins.match "a" "b") (builtins.split "[, ]+" "a, b c") (builtins.compareVersions "1.10pre" "1.9") (builtins.parseDrvName "foo-bar-1.2") ]
