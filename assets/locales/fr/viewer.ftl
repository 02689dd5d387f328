# The viewer of large photos.
