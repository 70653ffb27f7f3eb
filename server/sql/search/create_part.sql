CREATE VIRTUAL TABLE ft_0 USING fts5(t, content='', columnsize=0, detail=none, prefix='3', tokenize='kith')
