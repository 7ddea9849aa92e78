"""A trained network as one HTML page that runs by itself: no server, no network connection.

`layers` has one JavaScript function a layer type, `network` what calls them, `prepare` the preparation of drawings and
photos (the JavaScript of `data/drawings`, held to it by a test), `front` what people see, around the app's own canvas.
"""
