SELECT version, epoch, position, complete FROM state
