from .binding import Binding, BindingState, BoundPaper, Volume

__all__ = ["Binding", "BindingState", "BoundPaper", "Volume"]
