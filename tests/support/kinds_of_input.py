"""Networks of tutorials that do not start from an image with channels, as Keras code."""

FLATTENED = """\
from keras.layers import Dense, Dropout, Flatten
from keras.models import Sequential

model = Sequential([Flatten(input_shape=(28, 28)), Dense(128, activation="relu"), Dropout(0.2), Dense(10)])
"""
FEATURES = """\
from keras.layers import Dense
from keras.models import Sequential

model = Sequential([Dense(512, activation="relu", input_shape=(784,)), Dense(10, activation="softmax")])
"""
RESHAPED = """\
from keras import Input
from keras.layers import Conv2D, Dense, Flatten, Reshape
from keras.models import Sequential

model = Sequential(
    [
        Input((28, 28)),
        Reshape((28, 28, 1)),
        Conv2D(8, 3, activation="relu"),
        Flatten(),
        Dense(10, activation="softmax"),
    ]
)
"""
CODE = {"flattened": FLATTENED, "features": FEATURES, "reshaped": RESHAPED}
PARAMETERS = {"flattened": 101_770, "features": 407_050, "reshaped": 54_170}
INPUTS = {"flattened": (28, 28), "features": (784,), "reshaped": (28, 28)}
