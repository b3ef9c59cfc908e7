module palisade/tests/cluster/supervisor

go 1.26.6
