UPDATE state SET complete = 1
