throw new Error('No such thing')
